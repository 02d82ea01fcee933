internal import Glibc

/// A pattern with `*`, `?` and `[...]` for names of tracepoints and fields.
public struct Glob: Sendable, Hashable {
    /// The pattern as typed.
    public let pattern: String

    /// Makes a pattern of text; text without special characters matches itself.
    public init(_ pattern: String) { self.pattern = pattern }

    /// Whether the pattern has a special character, and so is no plain name.
    public var isPattern: Bool { pattern.utf8.contains { "*?[".utf8.contains($0) } }

    /// Whether the whole of `name` matches (`fnmatch`).
    public func matches(_ name: String) -> Bool { unsafe fnmatch(pattern, name, 0) == 0 }
}
