/// Ends the reading of an observer, from any thread.
///
/// What was traced before is still given out; then a blocked `read` and the sequences end.
public final class Stopper: Sendable {
    let descriptor: Int32
    private let writer: Int32

    init() throws(SystemError) { (descriptor, writer) = try System.pipe() }

    deinit {
        System.close(descriptor)
        System.close(writer)
    }

    /// Ends the reading.
    public func stop() {
        let byte: [UInt8] = [0]
        unsafe byte.withUnsafeBytes { _ = unsafe try? System.write(writer, $0) }
    }
}
