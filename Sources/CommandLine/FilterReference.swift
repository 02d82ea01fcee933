/// The language of filters in a table, for help and man page.
enum FilterReference {
    static let essence = [
        "EXPR compares fields of the event, and context values, as in C: "
            + "`'pid != 0 && (sig == SIGKILL || comm ~ \"ng*\")'`.",
        "Names are those of templates, without `<` and `>`.",
    ]

    static let rows: [(String, String)] = [
        ("==  !=  <  <=  >  >=", "compare with a number, with text (no order), or with another field"),
        ("~  !~", "match text with a glob of `*`, `?` and `[a-z]`, or not"),
        ("x in (1, 3, 5..9)", "is one of these numbers, ranges, texts"),
        ("x & 4", "has one of these bits set"),
        ("(x & 6) == 2", "has just these bits set"),
        ("&&  ||  !(  )", "and, or, not, in this order from the inside"),
        ("12  0xff  -1", "numbers; hexadecimal 0xffffffff is -1 where that is signed"),
        ("64K  2M  5ms  1.5s", "sizes by 1024, times in nanoseconds"),
        ("D  GFP_ATOMIC|GFP_DMA", "what the event's print format calls a value or bits"),
        ("-ENOENT  SIGKILL", "errors and signals, by name"),
        ("bash  \"a b\"  'a'", "text; quotes for what is no plain word, with `\\\"`, `\\n`, `\\xNN`"),
        (".name  @name  args[2]", "only the field, only the context value, an element"),
    ]

    static let rules = [
        "A comparison with a value that an event does not have is false, and what `!` makes of it is true.",
        "The kernel tests what it can: fields of the record, `cpu`, `tid` and `comm`; with it the text that "
            + "a system call is given by its address, such as the filename of `syscalls:sys_enter_openat`.",
        "`--explain` shows which part that is.",
        "`delta` is the time since the line before, or since tracing began.",
    ]
}
