extension LineBuffer {
    /// Appends a size with the letter of its unit, `1.5K`, rounded to that many decimals; `base` is 1024 or
    /// 1000.
    mutating func appendSize(_ value: UInt64, isNegative: Bool, base: UInt64, digits: Int) {
        if isNegative { append(UInt8(ascii: "-")) }
        guard value >= base else {
            appendDecimal(value)
            return
        }
        var scale = UInt128(1)
        for _ in 0..<digits { scale *= 10 }
        var unit = UInt128(base)
        var letter = 0
        func rounded() -> UInt128 { (UInt128(value) * scale + unit / 2) / unit }
        // Rounding up may reach the next unit.
        while letter < 5, rounded() >= UInt128(base) * scale {
            unit *= UInt128(base)
            letter += 1
        }
        let number = rounded()
        appendDecimal(UInt64(number / scale))
        if digits > 0 {
            append(UInt8(ascii: "."))
            appendDecimal(UInt64(number % scale), isNegative: false, style: NumberStyle(zeroFill: digits))
        }
        let letters: StaticString = base == 1024 ? "KMGTPE" : "kMGTPE"
        unsafe append(letters.utf8Start[letter])
    }
}
