/// What the EVENTs begin with that are no tracepoints, but probes in a program or the kernel.
let probeKinds = ["uprobe", "uretprobe", "usdt", "kprobe", "kretprobe"]

/// Checks that a word can be an EVENT, `subsystem:name` with or without a `!`, before anyone looks for it.
///
/// What stands behind `uprobe:` and its like is read where the program is looked into.
func checkEvent(_ word: Argument) throws(UsageError) {
    let text = word.text
    if probeKinds.contains(where: { text.hasPrefix($0 + ":") || text.hasPrefix("!\($0):") }) { return }
    if text.contains("<") {
        throw word.error("an EVENT has no '<'", hint: "a template is typed after -f")
    }
    let end = text.utf8.count
    let mark = text.hasPrefix("!") ? 1 : 0
    let body = Array(text.utf8.dropFirst(mark))
    let colons = body.indices.filter { body[$0] == UInt8(ascii: ":") }.map { $0 + mark }
    guard let colon = colons.first else { throw noColon(word) }
    let excess = colons.dropFirst().first ?? end
    if let comma = body.firstIndex(of: UInt8(ascii: ",")) {
        let place = comma + mark
        throw word.error("EVENTs are separated by blanks, not by commas", place..<place + 1)
    }
    if excess < end { throw word.error("an EVENT has one colon, as in subsystem:name", excess..<end) }
    if colon == mark {
        throw word.error(
            "the EVENT has no subsystem", colon..<colon, hint: "in any subsystem: '*\(text.dropFirst(mark))'")
    }
    if colon == end - 1 {
        throw word.error("the EVENT has no name", end..<end, hint: "all of them: '\(text)*'")
    }
}

/// Says what a word without a colon is likely to be.
private func noColon(_ word: Argument) -> UsageError {
    let text = word.text
    if Subcommand(rawValue: text) != nil {
        return word.error("the subcommand \(text) comes before all EVENTs", hint: "obstrace \(text) ...")
    }
    let message = "'\(text)' is no EVENT: an EVENT is subsystem:name"
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2 { return word.error(message, hint: "did you mean \(parts[0]):\(parts[1])?") }
    let name = String(text.drop { $0 == "!" || $0 == "*" })
    let glob = name.isEmpty ? "*" : "*\(name)\(name.hasSuffix("*") ? "" : "*")"
    let meant = nearest(to: text, among: Subcommand.allCases.map(\.rawValue))
    var notes = ["try: obstrace list '\(glob)'"]
    if meant == nil, !text.isEmpty, !text.contains(where: "!*?[".contains) {
        notes.append("a command comes after --: obstrace EVENT... -- \(text)")
    }
    return word.error(message, hint: meant.map { "did you mean obstrace \($0)?" }, notes: notes)
}
