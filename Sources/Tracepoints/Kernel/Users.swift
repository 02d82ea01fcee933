internal import Glibc

/// The users that the system knows.
package enum Users {
    /// The id of the user of that name; `nil` where there is none (`getpwnam_r`).
    package static func id(of name: String) -> UInt32? {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var size = 1024
        while size <= 1 << 20 {
            let status = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { room in
                unsafe getpwnam_r(name, &entry, room.baseAddress!, room.count, &found)
            }
            if status != ERANGE { return unsafe found == nil ? nil : entry.pw_uid }
            size *= 4
        }
        return nil
    }

    /// The names of all users (`getpwent`).
    package static func names() -> [String] {
        setpwent()
        defer { endpwent() }
        var names: [String] = []
        while let entry = unsafe getpwent() { unsafe names.append(String(cString: entry.pointee.pw_name)) }
        return names
    }
}
