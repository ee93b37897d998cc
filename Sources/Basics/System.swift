import Glibc

/// What the system says about an error number: `no such file or directory`, in lower case.
public func systemReason(_ code: Int32 = errno) -> String {
  guard let text = strerror(code) else { return "error \(code)" }
  let words = String(cString: text)
  return words.prefix(1).lowercased() + words.dropFirst()
}

/// Writes all of some bytes to an open file, however often the system takes only a part of them. Gives 0, or the number of
/// the error that stopped it.
public func writeAll(_ bytes: [UInt8], to file: Int32) -> Int32 {
  bytes.withUnsafeBytes { raw in
    var done = 0
    while done < raw.count, let start = raw.baseAddress {
      let count = Glibc.write(file, start + done, raw.count - done)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return count < 0 ? errno : EIO }
      done += count
    }
    return 0
  }
}
