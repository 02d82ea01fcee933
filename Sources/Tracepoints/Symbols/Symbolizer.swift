internal import CLinux
internal import Glibc

/// Names the addresses of call chains: those of the kernel by its symbols, those of programs by what their
/// processes had mapped.
///
/// It learns of mappings from the records of a trace, be it live or from a file. Files are opened when the first
/// address in them is asked for, and stay open. Used from one thread.
@safe
public final class Symbolizer {
    /// The kernel's symbols.
    public let kernel: KernelSymbols
    private var spaces = AddressSpaces()
    private var files: [MappedFile.Identity: MappedFile] = [:]
    private var roots = ProcessRoots()
    private var perfMaps = PerfMaps()
    private let names = NamePool()
    private let demangler = Demangler()
    private let kernelFrames = FrameTable()
    private let readsProcesses: Bool
    private var unwinder = Unwinder()
    private let noName: Bytes
    private let kernelName: Bytes

    /// Makes a symbolizer that knows of no process.
    ///
    /// - Parameter readsProcesses: whether what the records do not tell is read from `/proc`; not so for those of a
    ///   file, whose processes are others.
    public init(kernel: KernelSymbols, readsProcesses: Bool = true) {
        self.kernel = kernel
        self.readsProcesses = readsProcesses
        noName = names.keep("")
        kernelName = names.keep("kernel")
    }

    // MARK: Records

    /// Takes what a record of a mapping, an exec, a fork or an exit tells; the time is in nanoseconds.
    package func note(_ record: RingRecord, at time: UInt64) {
        let bytes = record.bytes
        guard let pid = bytes.load(8, as: Int32.self), pid >= 0 else { return }
        switch record.type {
        case RecordType.map, RecordType.map2:
            let isSecond = record.type == RecordType.map2
            guard let start = bytes.load(16, as: UInt64.self), let length = bytes.load(24, as: UInt64.self),
                let offset = bytes.load(32, as: UInt64.self),
                let path = bytes.slice(isSecond ? 72 : 40, bytes.count - (isSecond ? 72 : 40))?.untilNul()
            else { return }
            let misc = bytes.load(4, as: UInt16.self) ?? 0
            // Data that is mapped has no code.
            if !isSecond, misc & UInt16(1 << 13) != 0 { return }
            if isSecond, (bytes.load(64, as: UInt32.self) ?? 0) & UInt32(PROT_EXEC) == 0 { return }
            // Where there is a build id, there is no inode.
            let hasInode = isSecond && misc & UInt16(1 << 14) == 0
            let identity = MappedFile.Identity(
                path: unsafe String(
                    decoding: UnsafeRawBufferPointer(start: path.base, count: path.count), as: UTF8.self),
                major: hasInode ? bytes.load(40, as: UInt32.self) ?? 0 : 0,
                minor: hasInode ? bytes.load(44, as: UInt32.self) ?? 0 : 0,
                inode: hasInode ? bytes.load(48, as: UInt64.self) ?? 0 : 0)
            learn(pid)
            spaces.map(
                Mapping(
                    start: start, end: start.addingReportingOverflow(length).partialValue, fileOffset: offset,
                    file: file(identity)), in: pid, at: time)
        case RecordType.comm where record.isExec:
            let before = spaces.space(of: pid, at: time)?.root ?? .unseen
            spaces.execute(
                pid, root: readsProcesses ? roots.root(of: pid, before: before) : .unseen, at: time)
        case RecordType.fork:
            guard let parent = bytes.load(12, as: Int32.self), parent >= 0, parent != pid else { return }
            learn(parent)
            perfMaps.forget(pid)
            spaces.fork(pid, from: parent, at: time)
        case RecordType.exit:
            guard bytes.load(16, as: Int32.self) == pid else { return }
            spaces.end(pid)
            perfMaps.end(pid)
        default: break
        }
    }

    /// Reads what a process has mapped from `/proc`, if nothing is known of it.
    package func learn(_ pid: Int32) {
        guard readsProcesses, pid > 0, spaces.space(of: pid, at: 0) == nil else { return }
        let mappings = ProcessMapping.all(of: pid).filter(\.isCode).map {
            Mapping(start: $0.start, end: $0.end, fileOffset: $0.fileOffset, file: file($0.file))
        }
        spaces.enter(mappings, root: roots.root(of: pid, before: .unseen), of: pid)
    }

    private func file(_ identity: MappedFile.Identity) -> MappedFile {
        if let known = files[identity] { return known }
        let file = MappedFile(identity, path: names.keep(identity.path))
        files[identity] = file
        return file
    }

    // MARK: Frames

    /// The frame of an address of the kernel.
    ///
    /// - Parameter isReturn: whether a call returns there, which lies before it: the address may be behind the
    ///   function's end already.
    public func kernelFrame(_ address: UInt64, isReturn: Bool) -> Frame {
        let key = isReturn ? address ^ (1 << 63) : address
        if let known = kernelFrames.find(key) { return known }
        let back: UInt64 = isReturn && address > 0 ? 1 : 0
        var frame = Frame(name: noName, offset: 0, module: noName)
        if let symbol = kernel.symbol(at: address - back) {
            frame = Frame(
                name: symbol.name, offset: symbol.offset + back,
                module: symbol.module.count > 0 ? symbol.module : kernelName)
        }
        kernelFrames.insert(key, frame)
        return frame
    }

    /// The frame of an address of a process at a moment, in nanoseconds.
    public func userFrame(_ address: UInt64, isReturn: Bool, pid: Int32, time: UInt64) -> Frame {
        if spaces.space(of: pid, at: time) == nil { learn(pid) }
        guard let space = spaces.space(of: pid, at: time) else {
            return Frame(name: noName, offset: 0, module: noName)
        }
        let key = isReturn ? address ^ (1 << 63) : address
        if let known = space.frames.find(key) { return known }
        let frame = look(up: address, back: isReturn && address > 0 ? 1 : 0, space, pid)
        // What a process writes into its map later has a name then.
        if frame.name.count > 0 || frame.module.count > 0 { space.frames.insert(key, frame) }
        return frame
    }

    /// Finds the functions that led to where a process was at a moment, in nanoseconds, from its registers and its
    /// stack; answers how many there are. They are there until the next call.
    ///
    /// - Parameter limit: how many are wanted; 0 for all.
    public func unwind(_ state: UserState, limit: Int, pid: Int32, time: UInt64) -> Int {
        if spaces.space(of: pid, at: time) == nil { learn(pid) }
        let space = spaces.space(of: pid, at: time)
        unwinder.follow(state, limit: limit) { address in
            guard let space, let mapping = space.mapping(at: address),
                let symbols = symbols(of: mapping, in: space, pid),
                let place = symbols.file.address(ofOffset: address - mapping.start &+ mapping.fileOffset)
            else { return nil }
            return (symbols.unwinding, place)
        }
        return unwinder.steps.count
    }

    /// The address of a function that was found by `unwind`, the innermost first, and whether a call returns there.
    public func unwound(_ index: Int) -> (address: UInt64, isReturn: Bool) {
        (unwinder.steps[index].address, unwinder.steps[index].isReturn)
    }

    /// Whether there were more functions, which could not be found by `unwind`.
    public var isUnwoundInPart: Bool { unwinder.isCut }

    private func look(up address: UInt64, back: UInt64, _ space: AddressSpace, _ pid: Int32) -> Frame {
        guard let mapping = space.mapping(at: address - back) else {
            return Frame(name: noName, offset: 0, module: noName)
        }
        let file = mapping.file
        if let symbols = symbols(of: mapping, in: space, pid) {
            let offset = address - back - mapping.start &+ mapping.fileOffset
            if let found = symbols.function(atOffset: offset, names: names, demangler) {
                return Frame(name: found.name, offset: found.offset + back, module: file.path)
            }
            return Frame(name: noName, offset: 0, module: file.path)
        }
        if !file.isOnDisk, let found = perfMap(of: pid, space.pid, address - back) {
            return Frame(name: found.name, offset: found.offset + back, module: file.path)
        }
        return Frame(name: noName, offset: 0, module: file.isOnDisk ? file.path : noName)
    }

    private func perfMap(
        of pid: Int32, _ parent: Int32, _ address: UInt64
    ) -> (name: Bytes, offset: UInt64)? {
        for pid in pid == parent ? [pid] : [pid, parent] {
            if let found = perfMaps.function(at: address, of: pid, names: names, demangler) { return found }
        }
        return nil
    }

    private func symbols(of mapping: Mapping, in space: AddressSpace, _ pid: Int32) -> ObjectSymbols? {
        let file = mapping.file
        // What one process cannot lead to, as it has gone, another one may.
        if let known = file.symbols, known != nil || file.asked == pid { return known }
        file.asked = pid
        var found: ObjectSymbols?
        if file.identity.path == "[vdso]" {
            found = Symbolizer.ownVDSO()
        } else if file.isOnDisk {
            found = open(mapping, space, pid).map(ObjectSymbols.init)
        }
        file.symbols = .some(found)
        return found
    }

    /// Opens what a process has mapped: as the process sees it, as it lies in memory if it was replaced since, as
    /// others with its root see it, and as we do.
    private func open(_ mapping: Mapping, _ space: AddressSpace, _ pid: Int32) -> ProgramFile? {
        let identity = mapping.file.identity
        let path = identity.path
        if readsProcesses {
            let pids = pid == space.pid ? [pid] : [space.pid, pid]
            let range = String(mapping.start, radix: 16) + "-" + String(mapping.end, radix: 16)
            let ways = ["root\(path)", "map_files/\(range)"]
            for path in ways.flatMap({ way in pids.map { "/proc/\($0)/\(way)" } }) {
                if let file = try? ProgramFile(path), isSame(file.status, identity) { return file }
            }
            if case .foreign(let folder) = space.root {
                if let file = try? ProgramFile(path, within: folder.number), isSame(file.status, identity) {
                    return file
                }
            }
        }
        guard let file = try? ProgramFile(path), isSame(file.status, identity) else { return nil }
        if !readsProcesses { return file }
        switch space.root {
        case .own: return file
        // The path may lead to another file in the root of the process.
        case .unseen: return isExactly(file.status, identity) || System.isOverlay(path) ? file : nil
        case .foreign: return isExactly(file.status, identity) ? file : nil
        }
    }

    /// Whether a file can be the one that was mapped, as far as that can be told: file systems that lie over others
    /// give another device than the mapping has.
    private func isSame(_ status: stat?, _ identity: MappedFile.Identity) -> Bool {
        guard let status, identity.inode != 0, status.st_ino != identity.inode else { return true }
        return !isOnDevice(status, identity)
    }

    private func isExactly(_ status: stat?, _ identity: MappedFile.Identity) -> Bool {
        guard let status, status.st_ino == identity.inode else { return false }
        return isOnDevice(status, identity)
    }

    private func isOnDevice(_ status: stat, _ identity: MappedFile.Identity) -> Bool {
        let device = UInt64(status.st_dev)
        let major = UInt32(truncatingIfNeeded: device >> 8 & 0xfff)
        let minor = UInt32(truncatingIfNeeded: device & 0xff | device >> 12 & 0xf_ff00)
        return (major, minor) == (identity.major, identity.minor)
    }

    /// The functions of the code that the kernel gives to every process, which are in ours too.
    private static func ownVDSO() -> ObjectSymbols? {
        guard let text = try? System.contents(of: "/proc/self/maps") else { return nil }
        for line in text.split(separator: 0x0a) where line.suffix(6).elementsEqual("[vdso]".utf8) {
            let range = line.prefix { $0 != 0x20 }.split(separator: UInt8(ascii: "-"))
                .compactMap { UInt(String(decoding: $0, as: UTF8.self), radix: 16) }
            guard range.count == 2, range[0] < range[1] else { return nil }
            let start = unsafe UnsafeRawPointer(bitPattern: range[0])
            let image = unsafe UnsafeRawBufferPointer(start: start, count: Int(range[1] - range[0]))
            return try? unsafe ObjectSymbols(ProgramFile(image: image, name: "[vdso]"))
        }
        return nil
    }
}
