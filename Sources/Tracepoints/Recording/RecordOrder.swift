/// Brings the records of a recording into the order of their time, round by round.
///
/// In a round each ring's records are a run that is in order, or nearly so. Runs are merged by twos until one
/// is left, and what is too young to be given out stays as the first run of the next round.
@safe
struct RecordOrder: ~Copyable {
    /// A record that waits.
    struct Entry {
        var time: UInt64
        /// Its place in the file.
        var place: UInt64
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var spare: UnsafeMutablePointer<Entry>
    private var capacity = 1 << 16
    private(set) var count = 0
    /// The first entry that has not been taken.
    private var next = 0
    /// Where runs begin.
    private var runs: [Int] = []
    /// The time of the record that was added last, or of the latest one once all are in order.
    private(set) var lastTime: UInt64 = 0

    init() {
        unsafe entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        unsafe spare = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
    }

    deinit {
        unsafe entries.deallocate()
        unsafe spare.deallocate()
    }

    /// The number of entries that wait.
    var waiting: Int { count - next }

    /// Adds a record.
    @inline(__always)
    mutating func add(_ time: UInt64, at place: UInt64) {
        if count == capacity { grow() }
        if time < lastTime || count == 0 { runs.append(count) }
        lastTime = time
        unsafe (entries + count).initialize(to: Entry(time: time, place: place))
        count &+= 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        unsafe larger.initialize(from: entries, count: count)
        unsafe entries.deallocate()
        unsafe spare.deallocate()
        unsafe entries = unsafe larger
        unsafe spare = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        capacity *= 2
    }

    /// The least place in a range of a record that waits; `nil` for none. It takes a look at each.
    func firstPlace(in range: ClosedRange<UInt64>) -> UInt64? {
        var first = UInt64.max
        for index in next..<count where unsafe range.contains(entries[index].place) {
            first = unsafe min(first, entries[index].place)
        }
        return first == UInt64.max ? nil : first
    }

    /// Gives the places of all that wait others.
    func move(_ other: (UInt64) -> UInt64) {
        for index in next..<count { unsafe entries[index].place = unsafe other(entries[index].place) }
    }

    /// Forgets all that waits.
    mutating func removeAll() {
        count = 0
        next = 0
        runs = []
    }

    /// Brings all that waits into order.
    mutating func sort() {
        // What was taken goes first.
        if next > 0 {
            unsafe entries.update(from: entries + next, count: count - next)
            runs = runs.compactMap { $0 > next ? $0 - next : nil }
            count -= next
            next = 0
            if count > 0 { runs.insert(0, at: 0) }
        }
        while runs.count > 1 {
            var merged: [Int] = []
            var index = 0
            while index < runs.count {
                let start = runs[index]
                let middle = index + 1 < runs.count ? runs[index + 1] : count
                let end = index + 2 < runs.count ? runs[index + 2] : count
                merge(start, middle, end)
                merged.append(start)
                index += 2
            }
            unsafe swap(&entries, &spare)
            runs = merged
        }
        if count > 0 { lastTime = unsafe entries[count - 1].time }
    }

    /// Merges two runs that follow each other into the spare entries; at one time the first goes first.
    private func merge(_ start: Int, _ middle: Int, _ end: Int) {
        var first = unsafe entries + start
        let firstEnd = unsafe entries + middle
        var second = unsafe firstEnd
        let secondEnd = unsafe entries + end
        var out = unsafe spare + start
        while unsafe first < firstEnd, unsafe second < secondEnd {
            if unsafe second.pointee.time < first.pointee.time {
                unsafe out.initialize(to: second.pointee)
                unsafe second += 1
            } else {
                unsafe out.initialize(to: first.pointee)
                unsafe first += 1
            }
            unsafe out += 1
        }
        let rest = unsafe firstEnd - first
        unsafe out.initialize(from: first, count: rest)
        unsafe (out + rest).initialize(from: second, count: secondEnd - second)
    }

    /// Takes the earliest record, if its time is not after `limit`; all must be in order.
    @inline(__always)
    mutating func take(until limit: UInt64) -> Entry? {
        guard next < count, unsafe entries[next].time <= limit else { return nil }
        defer { next &+= 1 }
        return unsafe entries[next]
    }
}
