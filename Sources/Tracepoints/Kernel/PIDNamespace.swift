/// The PID namespace that we are in.
package enum PIDNamespace {
    /// Whether it is the machine's first one, whose ids the kernel's own records use.
    package static var isInitial: Bool {
        // The kernel gives the first namespace this fixed number.
        (try? System.link("/proc/self/ns/pid")) == "pid:[4026531836]"
    }
}
