import Tracepoints

/// The candidate that `word` was most likely meant to be, or `nil` where none is near.
func nearest(to word: String, among candidates: [String]) -> String? {
    let word = Array(word.lowercased().utf8)
    let allowed = max(1, word.count / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        let distance = Similar.distance(word, Array(candidate.lowercased().utf8))
        // A change of every letter is no similarity.
        guard distance <= allowed, distance < max(word.count, candidate.utf8.count) else { continue }
        if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    if let best { return best.candidate }
    guard word.count >= 3 else { return nil }
    return candidates.first { $0.lowercased().utf8.starts(with: word) }
        ?? candidates.first { contains(Array($0.lowercased().utf8), word) }
}

private func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard text.count >= part.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
}
