/// Records of several rings in the order of their time.
///
/// Each ring is in order by itself (but for the few that an interrupt nests), so that the ring with the
/// earliest next record is kept at the top of a binary heap. Records stay in their rings until `position`
/// is handed back to the writer.
@safe
package struct Merger: ~Copyable {
    private struct Lane {
        var cursor: RingCursor
        var next: RingRecord?
        /// Where `next` starts; where the cursor stands when there is none.
        var position: UInt64
    }

    private struct Turn {
        var time: UInt64
        var lane: Int32
    }

    private let lanes: UnsafeMutablePointer<Lane>
    private let turns: UnsafeMutablePointer<Turn>
    private let laneCount: Int
    private var turnCount = 0
    private let format: SampleFormat

    /// Merges the records that those cursors walk over.
    package init(_ cursors: [RingCursor], format: SampleFormat) {
        laneCount = cursors.count
        unsafe lanes = UnsafeMutablePointer<Lane>.allocate(capacity: max(1, laneCount))
        unsafe turns = UnsafeMutablePointer<Turn>.allocate(capacity: max(1, laneCount))
        self.format = format
        for (index, cursor) in cursors.enumerated() {
            unsafe (lanes + index).initialize(
                to: Lane(cursor: cursor, next: nil, position: cursor.position))
        }
    }

    deinit {
        unsafe lanes.deallocate()
        unsafe turns.deallocate()
    }

    /// Makes what the writer has published up to `head` part of the merge.
    package mutating func extend(_ lane: Int, to head: UInt64) {
        precondition(lane >= 0 && lane < laneCount)
        unsafe lanes[lane].cursor.extend(to: head)
        if unsafe lanes[lane].next == nil, let time = step(lane) {
            unsafe turns[turnCount] = Turn(time: time, lane: Int32(lane))
            siftUp(turnCount)
            turnCount += 1
        }
    }

    /// How far the records of a ring have been taken.
    package func position(_ lane: Int) -> UInt64 {
        precondition(lane >= 0 && lane < laneCount)
        return unsafe lanes[lane].position
    }

    /// Where what was taken up of a ring ends.
    package func end(_ lane: Int) -> UInt64 {
        precondition(lane >= 0 && lane < laneCount)
        return unsafe lanes[lane].cursor.end
    }

    /// Whether no record of a ring waits.
    package func isDrained(_ lane: Int) -> Bool {
        precondition(lane >= 0 && lane < laneCount)
        return unsafe lanes[lane].next == nil
    }

    /// Walks another ring in the place of one that is drained.
    package mutating func replace(_ lane: Int, _ cursor: RingCursor) {
        precondition(isDrained(lane))
        unsafe lanes[lane] = Lane(cursor: cursor, next: nil, position: cursor.position)
    }

    /// How many broken records were met.
    package var breaks: Int {
        (0..<laneCount).reduce(0) { unsafe $0 + lanes[$1].cursor.breaks }
    }

    /// The time of the earliest record that has not been taken; `nil` when there is none.
    @inline(__always)
    package var nextTime: UInt64? { turnCount == 0 ? nil : unsafe turns[0].time }

    /// Takes the earliest record if its time is not after `limit`.
    @inline(__always)
    package mutating func take(until limit: UInt64) -> (record: RingRecord, time: UInt64, lane: Int)? {
        guard turnCount > 0, unsafe turns[0].time <= limit else { return nil }
        let turn = unsafe turns[0]
        let lane = Int(turn.lane)
        guard let record = unsafe lanes[lane].next else { return nil }
        if let time = step(lane) {
            unsafe turns[0].time = time
        } else {
            turnCount &-= 1
            unsafe turns[0] = unsafe turns[turnCount]
        }
        if turnCount > 1 { siftDown() }
        return (record, turn.time, lane)
    }

    /// Reads the lane's next record and answers its time.
    @inline(__always)
    private mutating func step(_ lane: Int) -> UInt64? {
        unsafe lanes[lane].position = unsafe lanes[lane].cursor.position
        let record = unsafe lanes[lane].cursor.next()
        unsafe lanes[lane].next = record
        guard let record else {
            // A broken record moves the cursor to the end.
            unsafe lanes[lane].position = unsafe lanes[lane].cursor.position
            return nil
        }
        return format.time(of: record)
    }

    @inline(__always)
    private mutating func siftDown() {
        var parent = 0
        let moving = unsafe turns[0]
        while true {
            var child = 2 &* parent &+ 1
            guard child < turnCount else { break }
            if child &+ 1 < turnCount, unsafe turns[child &+ 1].time < turns[child].time { child &+= 1 }
            guard unsafe turns[child].time < moving.time else { break }
            unsafe turns[parent] = unsafe turns[child]
            parent = child
        }
        unsafe turns[parent] = moving
    }

    private mutating func siftUp(_ from: Int) {
        var child = from
        let moving = unsafe turns[from]
        while child > 0 {
            let parent = (child - 1) / 2
            guard unsafe moving.time < turns[parent].time else { break }
            unsafe turns[child] = unsafe turns[parent]
            child = parent
        }
        unsafe turns[child] = moving
    }
}
