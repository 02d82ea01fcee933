/// The registers of a machine, as probes name them and as its calling convention uses them.
struct Registers: Sendable {
    /// The registers of a function's first arguments, with the `%`.
    let arguments: [String]
    /// The index of the stack's word that has the first argument for which there is no register.
    let firstOnStack: Int
    /// The names that the kernel takes, without the `%`.
    let names: [String]
    /// Other names, of the same registers or of their lower parts.
    let aliases: [String: String]

    /// Those of the machine that this program is built for.
    static var machine: Registers {
        #if arch(arm64)
            aarch64
        #else
            x86
        #endif
    }

    static let x86: Registers = {
        let old = ["ax", "bx", "cx", "dx", "si", "di", "bp", "sp"]
        let new = (8...15).map { "r\($0)" }
        var aliases: [String: String] = ["rip": "ip"]
        for name in old { for prefix in ["r", "e"] { aliases[prefix + name] = name } }
        for name in ["ax", "bx", "cx", "dx"] { aliases[name.prefix(1) + "l"] = name }
        for name in ["si", "di", "bp", "sp"] { aliases[name + "l"] = name }
        for name in new { for suffix in ["d", "w", "b"] { aliases[name + suffix] = name } }
        return Registers(
            arguments: ["%di", "%si", "%dx", "%cx", "%r8", "%r9"], firstOnStack: 1,
            names: old + new + ["ip", "flags"], aliases: aliases)
    }()

    static let aarch64: Registers = {
        let numbers = 0...30
        var aliases = Dictionary(uniqueKeysWithValues: numbers.map { ("w\($0)", "x\($0)") })
        aliases["lr"] = "x30"
        aliases["fp"] = "x29"
        return Registers(
            arguments: (0...7).map { "%x\($0)" }, firstOnStack: 0,
            names: numbers.map { "x\($0)" } + ["sp", "pc"], aliases: aliases)
    }()

    /// The kernel's name of a register, without the `%`; `nil` for one that it does not have.
    func name(_ typed: String) -> String? { names.contains(typed) ? typed : aliases[typed] }

    /// Where a function that has just been entered finds its argument of that index, in the kernel's language.
    func argument(_ index: Int) -> String {
        index < arguments.count ? arguments[index] : "$stack\(index - arguments.count + firstOnStack)"
    }
}
