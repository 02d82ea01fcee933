internal import CLinux
internal import Glibc

/// Where a process finds its files, as far as that was seen while it ran.
enum ProcessRoot {
    /// Where we do.
    case own
    /// In another folder, or with other file systems mounted, as in a container.
    case foreign(RootFolder)
    /// It had gone before it was looked at.
    case unseen
}

/// The root folder of processes, which leads to their files also when they have gone.
final class RootFolder {
    private let folder: Descriptor
    /// The number of the open folder.
    var number: Int32 { folder.number }

    init(_ folder: consuming Descriptor) { self.folder = folder }
}

/// The root folders of processes.
struct ProcessRoots {
    /// What tells roots apart: the folder, and the namespace of its mounts.
    private struct Identity: Hashable {
        let namespace: UInt64
        let device: UInt64
        let inode: UInt64

        init?(of process: String) {
            guard let namespace = try? System.status(of: "/proc/\(process)/ns/mnt"),
                let folder = try? System.status(of: "/proc/\(process)/root")
            else { return nil }
            self.namespace = UInt64(namespace.st_ino)
            device = UInt64(folder.st_dev)
            inode = UInt64(folder.st_ino)
        }
    }

    /// How many are kept open at most for processes that come; address spaces keep theirs.
    private static let limit = 64

    private var known: [Identity: RootFolder] = [:]
    private lazy var own = Identity(of: "self")

    /// The root of a process, which is that before an exec where it has gone and was in none of ours.
    mutating func root(of pid: Int32, before: ProcessRoot) -> ProcessRoot {
        guard let identity = Identity(of: String(pid)) else {
            // The shell that becomes a program in another root was in ours.
            if case .own = before { return .unseen }
            return before
        }
        if identity == own { return .own }
        if let folder = known[identity] { return .foreign(folder) }
        guard let opened = try? System.openFolder("/proc/\(pid)/root") else { return .unseen }
        let folder = RootFolder(opened)
        if known.count >= ProcessRoots.limit { known.removeAll() }
        known[identity] = folder
        return .foreign(folder)
    }
}
