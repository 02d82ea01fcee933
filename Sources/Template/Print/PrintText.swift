import Tracepoints

extension PrintProgram {
    /// Appends what a text node yields; `false` where the record does not have it, and then what was
    /// appended is to be dropped.
    func text(_ index: Int32, _ record: Bytes, _ line: inout LineBuffer) -> Bool {
        let node = nodes[index]
        switch node.operation {
        case .literal: putPooled(node.a, node.b, &line)
        case .null: line.append("(null)")
        case .string:
            guard let place = place(node.a, record) else { return false }
            line.append(place.untilNul())
        case .kernelText:
            guard let address = number(node.a, record) else { return false }
            putKernelText(UInt64(bitPattern: address), &line)
        case .choice:
            guard let condition = number(node.a, record) else { return false }
            return text(condition != 0 ? node.b : node.c, record, &line)
        case .flags:
            guard let value = number(node.a, record) else { return false }
            putFlags(UInt64(bitPattern: value), lists[node.b], delimiter: nodes[node.c], &line)
        case .symbolic:
            guard let value = number(node.a, record) else { return false }
            let start = line.count
            if let entry = find(UInt64(bitPattern: value), lists[node.b]) {
                putPooled(entry.text, entry.length, &line)
            }
            // The kernel tells by the text's length whether there was a name: an empty one prints as hex.
            if line.count == start {
                if node.c >= 0 { return text(node.c, record, &line) }
                PrintNumber.putHex(UInt64(bitPattern: value), &line)
            }
        case .hex:
            guard let place = place(node.a, record), let count = number(node.b, record),
                let bytes = place.slice(0, Int(count))
            else { return false }
            PrintAddress.putHex(bytes, separator: node.c == 1 ? nil : UInt8(ascii: " "), &line)
        case .array:
            guard let place = place(node.a, record), let count = number(node.b, record),
                let size = number(node.c, record)
            else { return false }
            return putArray(place, count: Int(count), size: Int(size), &line)
        case .bitmask:
            guard let place = place(node.a, record) else { return false }
            PrintAddress.putBitmask(place, bits: place.count * 8, &line)
        default: return false
        }
        return true
    }

    /// A kernel `char *`: its text where tracefs tells it, else the address.
    private func putKernelText(_ address: UInt64, _ line: inout LineBuffer) {
        if address == 0 {
            line.append("(null)")
        } else if let text = symbols.text(at: address) {
            line.append(text)
        } else {
            PrintNumber.putHex(address, &line)
        }
    }

    /// `__print_flags`: names of the bits in the order of the list, what is left over in hex.
    private func putFlags(
        _ value: UInt64, _ list: SymbolList, delimiter: PrintNode, _ line: inout LineBuffer
    ) {
        var rest = value
        var isFirst = true
        var index = list.first
        let end = list.first + list.count
        while index < end, rest != 0 {
            let entry = entries[index]
            index += 1
            if rest & entry.value != entry.value { continue }
            rest &= ~entry.value
            if !isFirst { putPooled(delimiter.a, delimiter.b, &line) }
            isFirst = false
            putPooled(entry.text, entry.length, &line)
        }
        if rest != 0 {
            if !isFirst { putPooled(delimiter.a, delimiter.b, &line) }
            PrintNumber.putHex(rest, &line)
        }
    }

    /// The first entry of that very value.
    private func find(_ value: UInt64, _ list: SymbolList) -> SymbolEntry? {
        switch list.search {
        case .direct:
            let distance = value &- list.base
            guard distance < UInt64(list.orderCount) else { return nil }
            let index = order[list.orderFirst + Int32(distance)]
            return index < 0 ? nil : entries[index]
        case .sorted:
            var low = list.orderFirst
            var high = list.orderFirst + list.orderCount
            while low < high {
                let middle = low + (high - low) / 2
                if entries[order[middle]].value < value { low = middle + 1 } else { high = middle }
            }
            guard low < list.orderFirst + list.orderCount else { return nil }
            let entry = entries[order[low]]
            return entry.value == value ? entry : nil
        case .inOrder:
            var index = list.first
            while index < list.first + list.count {
                if entries[index].value == value { return entries[index] }
                index += 1
            }
            return nil
        }
    }

    /// `__print_array`: `{0x1,0x2}`.
    private func putArray(_ place: Bytes, count: Int, size: Int, _ line: inout LineBuffer) -> Bool {
        guard [1, 2, 4, 8].contains(size), count <= place.count / size else { return false }
        line.append(UInt8(ascii: "{"))
        var offset = 0
        for index in 0..<max(0, count) {
            guard let element = place.integer(at: offset, size: size, isSigned: false) else { return false }
            if index > 0 { line.append(UInt8(ascii: ",")) }
            PrintNumber.putHex(UInt64(bitPattern: element), &line)
            offset += size
        }
        line.append(UInt8(ascii: "}"))
        return true
    }
}
