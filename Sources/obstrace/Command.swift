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

    init(notFound name: String) {
        message = "cannot run '\(name)': command not found"
        status = 127
    }
}

enum Command {
    /// The path that a shell would run for a command's name.
    static func path(of name: String) throws(CommandError) -> String {
        if name.utf8.contains(UInt8(ascii: "/")) {
            try check(name, name)
            return name
        }
        let search =
            unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        var refused: CommandError?
        for folder in search.split(separator: ":", omittingEmptySubsequences: false) where !name.isEmpty {
            let path = folder.isEmpty ? "./" + name : "\(folder)/\(name)"
            do throws(CommandError) {
                try check(path, name)
                return path
            } catch {
                // A later folder may still have one that can be executed.
                if error.status == 126, refused == nil { refused = error }
            }
        }
        throw refused ?? CommandError(notFound: name)
    }

    private static func check(_ path: String, _ name: String) throws(CommandError) {
        let kind: mode_t
        do throws(SystemError) {
            kind = try System.status(of: path).st_mode & S_IFMT
        } catch {
            throw CommandError(name, code: error.code)
        }
        guard kind != S_IFDIR else { throw CommandError(name, code: EISDIR) }
        guard System.mayAccess(path, X_OK) else { throw CommandError(name, code: EACCES) }
    }
}
