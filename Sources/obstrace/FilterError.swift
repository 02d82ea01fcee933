import CommandLine
import Tracepoints

extension Argument {
    /// Tells that the kernel does not take this filter for an event, with its reason and the place.
    func refused(by layout: EventLayout, _ reason: String, at position: Int?) -> UsageError {
        let bytes = Array(text.utf8)
        var range: Range<Int>?
        var hint: String?
        if let position, position <= bytes.count {
            let word = bytes[position...].prefix { !" =!<>&|()~".utf8.contains($0) }
            range = position..<position + word.count
            let fields = (layout.fields + layout.commonFields).map(\.name)
            let similar = Similar.names(to: String(decoding: word, as: UTF8.self), among: fields)
            if let first = similar.first, first.utf8.count > 0,
                !fields.contains(where: { $0.utf8.elementsEqual(word) })
            {
                hint = "did you mean \(first)?"
            }
        }
        return UsageError(
            "\(layout.fullName) does not take the filter: \(reason)", at: self, range: range, hint: hint,
            notes: [
                "fields: " + layout.fields.map(\.name).joined(separator: " "),
                "try: obstrace list -v \(layout.fullName)",
            ])
    }
}
