import Tracepoints
@main
struct Main {
    static func main() throws {
        var o = ObserverOptions(); o.needs = [.comm, .pid]
        let observer = try Observer(options: o)
        try observer.add("sched:sched_process_exec")
        try observer.open()
        print("armed")
        while let event = try observer.read(timeout: .seconds(3)) {
            print("exec\t\(event.int("pid") ?? -1)\t\(event.string("filename") ?? "?") \(event.comm ?? "-") \(event.time) \(event.pid ?? -2)")
        }
    }
}
