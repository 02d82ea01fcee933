import CLinux
import Glibc
import Tracepoints

/// Why a command cannot be run, with the status that a shell gives.
struct CommandError: Error {
    let message: String
    let status: Int32

    init(_ name: String, code: Int32) {
        message = "cannot run '\(name)': \(System.describe(code))"
        status = code == ENOENT || code == ENOTDIR ? 127 : 126
    }

    /// A script whose interpreter is missing: that is what the kernel did not find.
    init(_ name: String, interpreter: String) {
        message = "cannot run '\(name)': its interpreter '\(interpreter)' is missing"
        status = 127
    }

    init(notFound name: String) {
        message = "cannot run '\(name)': command not found"
        status = 127
    }
}

enum Command {
    /// The path that a shell would run for a command's name, which need not be UTF-8.
    static func path(of name: [UInt8]) throws(CommandError) -> RawPath {
        let shown = String(decoding: name, as: UTF8.self)
        if name.contains(UInt8(ascii: "/")) {
            let path = RawPath(name)
            try check(path, shown)
            return path
        }
        let search =
            unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        var refused: CommandError?
        for folder in search.split(separator: ":", omittingEmptySubsequences: false) where !name.isEmpty {
            let path = RawPath(Array((folder.isEmpty ? "./" : "\(folder)/").utf8) + name)
            do throws(CommandError) {
                try check(path, shown)
                return path
            } catch {
                // A later folder may still have one that can be executed.
                if error.status == 126, refused == nil { refused = error }
            }
        }
        throw refused ?? CommandError(notFound: shown)
    }

    private static func check(_ path: RawPath, _ name: String) throws(CommandError) {
        let kind: mode_t
        do throws(SystemError) {
            kind = try System.status(of: path).st_mode & S_IFMT
        } catch {
            throw CommandError(name, code: error.code)
        }
        guard kind != S_IFDIR else { throw CommandError(name, code: EISDIR) }
        guard System.mayExecute(path) else { throw CommandError(name, code: EACCES) }
        if let interpreter = interpreter(of: path), (try? System.status(of: interpreter)) == nil {
            throw CommandError(name, interpreter: interpreter.description)
        }
    }
}

extension Command {
    /// The interpreter that the first line of a script names; `nil` for other programs.
    private static func interpreter(of path: RawPath) -> RawPath? {
        guard let file = try? System.open(path, O_RDONLY) else { return nil }
        var start = [UInt8](repeating: 0, count: 256)
        let count =
            unsafe start.withUnsafeMutableBytes { try? unsafe System.read(file.number, into: $0) } ?? 0
        guard start[..<count].starts(with: "#!".utf8) else { return nil }
        let name = start[2..<max(2, count)].drop { $0 == 0x20 || $0 == 0x09 }
            .prefix { $0 > 0x20 }
        return name.isEmpty ? nil : RawPath(name)
    }
}

/// Our own arguments as the kernel gave them.
enum RawArguments {
    /// The words from `index` on, the program's name not counted, ended by a null pointer.
    static func words(from index: Int) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
        unsafe UnsafePointer(Swift.CommandLine.unsafeArgv + 1 + index)
    }

    /// The bytes of a word.
    static func bytes(of index: Int) -> [UInt8] {
        guard let word = unsafe words(from: index).pointee else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: word, count: strlen(word)))
    }
}
