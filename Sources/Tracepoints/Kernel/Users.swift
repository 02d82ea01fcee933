internal import Glibc

/// The users that the system knows.
package enum Users {
    /// The id of the user of that name; `nil` where there is none (`getpwnam_r`).
    package static func id(of name: String) -> UInt32? {
        unsafe entry(of: name, isName: true) { unsafe $0.pw_uid }
    }

    /// Hands over the entry of a user that is given by name, or else by number (`getpwnam_r`, `getpwuid_r`).
    ///
    /// - Parameter isName: whether it cannot be a number.
    /// - Returns: what the body answers; `nil` where there is no such user.
    static func entry<R>(of user: String, isName: Bool = false, _ body: (borrowing passwd) -> R) -> R? {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var size = 1024
        while size <= 1 << 20 {
            let result: (status: Int32, value: R?) = unsafe withUnsafeTemporaryAllocation(
                of: CChar.self, capacity: size
            ) { room in
                var status = unsafe getpwnam_r(user, &entry, room.baseAddress!, room.count, &found)
                if unsafe found == nil, status != ERANGE, !isName, let id = UInt32(user) {
                    status = unsafe getpwuid_r(id, &entry, room.baseAddress!, room.count, &found)
                }
                // The entry's texts lie in the room.
                return unsafe (status, found == nil ? nil : body(entry))
            }
            if result.status != ERANGE { return result.value }
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
