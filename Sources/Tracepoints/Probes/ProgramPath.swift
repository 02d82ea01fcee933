internal import CLinux
internal import Glibc

/// Finds a program or library that is named without a folder.
public enum ProgramPath {
    /// The path of a file; a bare name is looked for among the commands, then among the shared libraries.
    /// `nil` where there is none.
    public static func find(_ name: String) -> String? {
        if name.contains("/") { return isFile(name) ? absolute(name) : nil }
        return (commandFolders + libraryFolders).lazy.map { $0 + "/" + name }.first(where: isFile).map(
            absolute)
    }

    /// Names that come close to a bare one for which there is no file; for a path, files beside it.
    public static func similar(to name: String) -> [String] {
        if name.contains("/") {
            let end = name.lastIndex(of: "/")!
            let folder = String(name[...end])
            let last = String(name[name.index(after: end)...])
            return Similar.names(to: last, among: System.entries(of: folder).sorted()).map { folder + $0 }
        }
        // `libc` or `c` for `libc.so.6`.
        let libraries = Set(libraryFolders.flatMap(System.entries)).sorted()
        let stem = name.hasPrefix("lib") ? name : "lib" + name
        let versions = libraries.filter { $0.hasPrefix(stem + ".so.") && $0.utf8.count < stem.utf8.count + 8 }
        if !versions.isEmpty { return Array(versions.prefix(3)) }
        let commands = Set(commandFolders.flatMap(System.entries)).sorted()
        return Similar.names(to: name, among: commands + libraries)
    }

    private static func isFile(_ path: String) -> Bool {
        (try? System.status(of: path)).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
    }

    /// A path from the root: the kernel keeps a probe's path when our folder is another, or gone.
    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = try? System.link("/proc/self/cwd") else { return path }
        return folder + "/" + path
    }

    private static var commandFolders: [String] {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map(String.init)
    }

    /// Where the loader looks: what its configuration names, and its own folders.
    private static var libraryFolders: [String] {
        let configuration = "/etc/ld.so.conf.d"
        let files = System.entries(of: configuration).filter { $0.hasSuffix(".conf") }.sorted()
            .map { configuration + "/" + $0 }
        var folders: [String] = []
        for file in ["/etc/ld.so.conf"] + files {
            let text = String(decoding: (try? System.contents(of: file)) ?? [], as: UTF8.self)
            folders += text.split(separator: "\n").filter { $0.hasPrefix("/") }.map(String.init)
        }
        return folders + ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    }
}
