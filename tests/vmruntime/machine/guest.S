/* A guest of 512 bytes for tests. On the serial console (COM1) it says "hello", then "button" when
 * somebody presses the ACPI power button, and powers off (q35: power management at 0x600). Of what
 * it is sent, "q" powers off at once, "r" resets; everything else comes back as an echo. */

#define ORIGIN 0x7c00
#define AT(label) (ORIGIN + (label) - crimux_test_guest_begin)

    .section .rodata
    .globl crimux_test_guest_begin, crimux_test_guest_end

    .code16
crimux_test_guest_begin:
    cli
    cld
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $ORIGIN, %sp
    movw $AT(hello), %si
    call print
    movw $0x602, %dx /* PM1 enable: the power button */
    movw $0x100, %ax
    outw %ax, %dx

next:
    movw $0x600, %dx /* PM1 status */
    inw %dx, %ax
    testw $0x100, %ax
    jnz button
    movw $0x3fd, %dx /* line status: a byte is there */
    inb %dx, %al
    testb $1, %al
    jz next
    movw $0x3f8, %dx
    inb %dx, %al
    cmpb $'q', %al
    je power_off
    cmpb $'r', %al
    je reset
    call put
    jmp next

button:
    movw $AT(pressed), %si
    call print
power_off:
    movw $0x604, %dx /* PM1 control: SLP_EN, S5 */
    movw $0x2000, %ax
    outw %ax, %dx
    hlt
reset:
    movb $6, %al
    movw $0xcf9, %dx
    outb %al, %dx
    hlt

print:
    lodsb
    testb %al, %al
    jz printed
    call put
    jmp print
printed:
    ret

put:
    movb %al, %ah
    movw $0x3fd, %dx
not_empty:
    inb %dx, %al
    testb $0x20, %al
    jz not_empty
    movb %ah, %al
    movw $0x3f8, %dx
    outb %al, %dx
    ret

hello:
    .asciz "hello\n"
pressed:
    .asciz "button\n"
    .org crimux_test_guest_begin + 510
    .byte 0x55, 0xaa
crimux_test_guest_end:

    .section .note.GNU-stack, "", @progbits
