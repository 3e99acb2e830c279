/* The guest that kvm_probe.cc boots: a boot sector that enters long mode with paging, waits for five
 * timer interrupts, runs a loop of 100 million rounds, and says 0x2a to the port of isa-debug-exit.
 * Memory: page tables at 0x1000-0x3fff, interrupt table at 0x5000, a scratch word at 0x6000. */

#define ORIGIN 0x7c00
#define AT(label) (ORIGIN + (label) - crimux_kvm_probe_begin)

    .section .rodata
    .globl crimux_kvm_probe_begin, crimux_kvm_probe_end

    .code16
crimux_kvm_probe_begin:
    cli
    cld
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $ORIGIN, %sp

    /* One page of 2 MiB at address 0, below three levels of tables. */
    movw $0x1000, %di
    movw $0x2800, %cx
    rep stosw
    movw $0x2003, 0x1000
    movw $0x3003, 0x2000
    movw $0x0083, 0x3000

    inb $0x92, %al /* the A20 gate */
    orb $2, %al
    outb %al, $0x92

    lgdtl AT(gdt_pointer)
    movl $0x20, %eax /* CR4.PAE */
    movl %eax, %cr4
    movl $0x1000, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx /* EFER.LME */
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl $0x80000001, %eax /* CR0.PG, PE */
    movl %eax, %cr0
    ljmpl $8, $AT(long_mode)

    .code64
long_mode:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $ORIGIN, %esp

    /* Vector 0x20 leads to `tick`. */
    movl $(0x00080000 + AT(tick)), 0x5200
    movl $0x00008e00, 0x5204
    movq $0, 0x5208
    lidt AT(idt_pointer)

    movb $0x11, %al /* the interrupt controller: its first line is vector 0x20, the others masked */
    outb %al, $0x20
    movb $0x20, %al
    outb %al, $0x21
    movb $4, %al
    outb %al, $0x21
    movb $1, %al
    outb %al, $0x21
    movb $0xfe, %al
    outb %al, $0x21

    movb $0x34, %al /* the timer: 1193182 Hz / 11932 = 100 per second */
    outb %al, $0x43
    movw $11932, %ax
    outb %al, $0x40
    movb %ah, %al
    outb %al, $0x40

    xorl %ebx, %ebx
    sti
wait_for_ticks:
    hlt
    cmpl $5, %ebx
    jb wait_for_ticks

    movl $100000000, %ecx
spin:
    imull %ecx, %eax
    addl %eax, 0x6000
    decl %ecx
    jnz spin

    movb $0x2a, %al
    outb %al, $0xf4
halt:
    hlt
    jmp halt

tick:
    pushq %rax
    incl %ebx
    movb $0x20, %al
    outb %al, $0x20
    popq %rax
    iretq

    .balign 8
gdt:
    .quad 0
    .quad 0x00209a0000000000 /* 64-bit code */
    .quad 0x0000920000000000 /* data */
gdt_pointer:
    .word 23
    .long AT(gdt)
idt_pointer:
    .word 0xfff
    .quad 0x5000

    .org crimux_kvm_probe_begin + 510
    .byte 0x55, 0xaa
crimux_kvm_probe_end:

    .section .note.GNU-stack, "", @progbits
