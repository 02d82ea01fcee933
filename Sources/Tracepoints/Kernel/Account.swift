internal import Glibc

/// A user that the traced command is to run as, as the system's database of users has it.
package struct Account: Sendable {
    package let name: String
    package let user: UInt32
    package let group: UInt32
    /// The supplementary groups.
    package let groups: [UInt32]
    private let home: String
    private let shell: String

    /// The variables of the environment that tell a program whom it runs as.
    var variables: [(name: String, value: String)] {
        [("HOME", home), ("SHELL", shell), ("USER", name), ("LOGNAME", name)]
    }

    /// Looks up a user by name or number; `nil` where there is none (`getgrouplist`).
    package init?(_ nameOrNumber: String) {
        let found = unsafe Users.entry(of: nameOrNumber) { unsafe Account($0) }
        guard let account = found else { return nil }
        self = account
    }

    private init(_ entry: borrowing passwd) {
        let text = { (bytes: UnsafeMutablePointer<CChar>?) in
            unsafe bytes.map { unsafe String(cString: $0) } ?? ""
        }
        name = unsafe text(entry.pw_name)
        user = unsafe entry.pw_uid
        group = unsafe entry.pw_gid
        home = unsafe text(entry.pw_dir)
        let shell = unsafe text(entry.pw_shell)
        self.shell = shell.isEmpty ? "/bin/sh" : shell
        var list = [gid_t](repeating: 0, count: 32)
        var count = Int32(list.count)
        while unsafe getgrouplist(name, group, &list, &count) < 0, count > list.count {
            list = [gid_t](repeating: 0, count: Int(count))
        }
        groups = Array(list.prefix(Int(max(0, count))))
    }
}
