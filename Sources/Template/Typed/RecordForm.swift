/// How events are written.
public enum RecordForm: Sendable, Equatable {
    /// As the templates say, text and all.
    case lines
    /// As a JSON object each, on a line of its own.
    case json
    /// As values with commas between them, as RFC 4180 has it, below a line with the names of the columns.
    case csv
    /// The same with tabs.
    case tsv
    /// As `name=value` with blanks between them.
    case logfmt

    /// What becomes of a value that is no number, for it to stand in a record.
    var encoding: Op.Encoding {
        switch self {
        case .lines: .none
        case .json: .json
        case .csv: .commas
        case .tsv: .tabs
        case .logfmt: .logfmt
        }
    }

    /// What stands for a value that an event does not have.
    var absent: String {
        switch self {
        case .lines: "-"
        case .json: "null"
        case .csv, .tsv, .logfmt: ""
        }
    }

    /// How the user is told so.
    var absentInWords: String {
        switch self {
        case .lines: "it prints '-' there"
        case .json: "it is null there"
        case .csv, .tsv, .logfmt: "it is empty there"
        }
    }
}
