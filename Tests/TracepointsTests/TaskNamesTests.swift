import Testing

@testable import Tracepoints

@Suite("Names of tasks")
struct TaskNamesTests {
    private func comm(_ name: String) -> Comm { Comm(name.utf8) }

    @Test("A child starts with its parent's name, and keeps its own after a change")
    func fork() {
        var names = TaskNames()
        names.set(10, pid: 10, comm: comm("shell"))
        names.fork(11, pid: 11, from: 10)
        #expect(names.find(11)?.comm == comm("shell"))
        names.set(11, pid: 11, comm: comm("true"))
        #expect(names.find(11)?.comm == comm("true"))
        #expect(names.find(10)?.comm == comm("shell"))
        #expect(names.find(12) == nil)
        #expect(names.find(0) == nil)
    }

    @Test("An ended task is known for its last events, and an id that is used again has the new name")
    func reuse() {
        var names = TaskNames()
        names.set(10, pid: 10, comm: comm("old"))
        names.end(10)
        #expect(names.find(10)?.comm == comm("old"))
        names.fork(10, pid: 10, from: 99)
        #expect(names.find(10)?.comm == .unknown)
    }

    @Test("The table stays bounded over many short tasks and forgets no living one")
    func growth() {
        var names = TaskNames()
        for tid in Int32(1)...300 { names.set(tid, pid: 1, comm: comm("live\(tid)")) }
        for tid in Int32(1000)...200_000 {
            names.set(tid, pid: tid, comm: comm("short"))
            names.end(tid)
        }
        for tid in Int32(1)...300 { #expect(names.find(tid)?.comm == comm("live\(tid)")) }
        #expect(names.capacity <= 4096)
    }

    @Test("Names as the kernel keeps them")
    func commText() {
        #expect(comm("swapper/0").bytes == Array("swapper/0".utf8))
        #expect(comm("a name that is too long").bytes == Array("a name that is ".utf8))
        #expect(Comm.unknown.isUnknown)
        #expect(TaskDirectory.withoutWork(Array("kworker/0:1-events".utf8)) == Array("kworker/0:1".utf8)[...])
        #expect(TaskDirectory.withoutWork(Array("kworker/u9:2+x".utf8)) == Array("kworker/u9:2".utf8)[...])
        #expect(
            TaskDirectory.withoutWork(Array("kworker/R-rcu_g".utf8)) == Array("kworker/R-rcu_g".utf8)[...])
        #expect(TaskDirectory.withoutWork(Array("my-tool".utf8)) == Array("my-tool".utf8)[...])
    }
}
