/// How EVENTs are written that are probes, in tables, for help and man page.
enum ProbeReference {
    static let essence = [
        "Where there is no tracepoint, an EVENT can be a probe: the kernel has it from obstrace for as long as "
            + "that runs.",
        "It needs quotes for its parentheses: `'uprobe:bash:readline(char *prompt)'`.",
    ]

    static let places: [(String, String)] = [
        ("uprobe:FILE:FUNCTION(ARG, ...)", "a function of a program or library is called"),
        ("uretprobe:FILE:FUNCTION(-> TYPE)", "it returns, with its value in the field ret"),
        (
            "usdt:FILE:PROVIDER:NAME(ARG, ...)",
            "a mark that its authors placed in a program; any PROVIDER if left out"
        ),
        ("kprobe:FUNCTION(ARG, ...)", "a function of the kernel is called"),
        ("kretprobe:FUNCTION(-> TYPE)", "it returns"),
    ]

    static let rules = [
        "FILE is a path, or the name of a command or of a shared library such as `libc.so.6`.",
        "FUNCTION is a name as the linker knows it, a glob, `NAME+0x10` for an instruction in it, or an address "
            + "`0x1a2b` as nm shows it.",
        "The parentheses may be left out; a mark then has all its arguments, as arg1, arg2 and so on.",
        "`obstrace list uprobe:FILE` and `obstrace list usdt:FILE` show what there is.",
        "An ARG is one of:",
    ]

    static let arguments: [(String, String)] = [
        ("int fd  fd:s32", "the next argument of the function, by name and type"),
        ("s32  char *", "the same as a field arg1, arg2 and so on, by its place"),
        ("_", "the next argument is passed over"),
        ("fd  path:string", "of a mark: the next argument with its own type, or with another"),
        ("n=%di:s32", "what is in a register"),
        ("n=+8(%sp):u64", "what is in memory, by a register and a distance; these may be nested"),
        ("n=$stack1  n=$comm", "what else the kernel's probes know"),
    ]

    static let types: [(String, String)] = [
        ("s8 s16 s32 s64", "signed numbers"),
        ("u8 u16 u32 u64", "unsigned numbers"),
        ("x8 x16 x32 x64", "numbers shown in hexadecimal"),
        ("char  string", "a character, text that ends with a zero byte"),
        ("u8[16]", "an array, from the address that the argument is"),
        ("b3@2/32", "three bits of a number of 32, from the third on"),
        ("int  size_t  void *", "C's types; `char *` is text, another pointer an address"),
    ]
}
