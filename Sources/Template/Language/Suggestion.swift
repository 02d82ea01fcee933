/// The candidate that `word` was most likely meant to be, or `nil` where none is near.
func nearest(to word: String, among candidates: [String]) -> String? {
    let word = Array(word.lowercased().utf8)
    let allowed = max(1, word.count / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        let distance = editDistance(word, Array(candidate.lowercased().utf8))
        // A change of every letter is no similarity.
        guard distance <= allowed, distance < max(word.count, candidate.utf8.count) else { continue }
        if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    if let best { return best.candidate }
    guard word.count >= 3 else { return nil }
    return candidates.first { $0.lowercased().utf8.starts(with: word) }
        ?? candidates.first { contains(Array($0.lowercased().utf8), word) }
}

/// The number of letters to change, insert, drop or swap with their neighbour to make `left` into `right`.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            var distance = min(current[column], last[column + 1]) + 1
            distance = min(distance, last[column] + (letter == other ? 0 : 1))
            if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                distance = min(distance, beforeLast[column - 1] + 1)
            }
            current.append(distance)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}

private func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard text.count >= part.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
}
