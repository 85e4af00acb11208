// Entry point, system call and clone(2) of x86-64 Linux, for a program without a C library. See libc.c.
        .text

        .globl _start
        .type _start, @function
_start: xorl    %ebp, %ebp
        movq    %rsp, %rdi
        andq    $-16, %rsp
        call    bare_start
        .size _start, . - _start

// long bare_call(long number, long a, long b, long c, long d, long e, long f): what the kernel answered.
        .globl bare_call
        .type bare_call, @function
bare_call:
        movq    %rdi, %rax
        movq    %rsi, %rdi
        movq    %rdx, %rsi
        movq    %rcx, %rdx
        movq    %r8, %r10
        movq    %r9, %r8
        movq    8(%rsp), %r9
        syscall
        ret
        .size bare_call, . - bare_call

// long bare_clone(int (*function)(void*), void* stack, long flags, void* argument): the child calls the function on the
// stack and exits with what it returns.
        .globl bare_clone
        .type bare_clone, @function
bare_clone:
        andq    $-16, %rsi
        subq    $16, %rsi
        movq    %rdi, (%rsi)
        movq    %rcx, 8(%rsi)
        movq    %rdx, %rdi
        xorl    %edx, %edx
        xorl    %r10d, %r10d
        xorl    %r8d, %r8d
        movl    $56, %eax
        syscall
        testq   %rax, %rax
        jz      1f
        ret
1:      xorl    %ebp, %ebp
        popq    %rax
        popq    %rdi
        call    *%rax
        movl    %eax, %edi
        movl    $231, %eax
        syscall
        hlt
        .size bare_clone, . - bare_clone

        .section .note.GNU-stack, "", @progbits
