// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of the package is held to.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "obstrace",
    products: [
        .executable(name: "obstrace", targets: ["obstrace"]),
        .library(name: "Tracepoints", targets: ["Tracepoints"]),
    ],
    targets: [
        .systemLibrary(name: "CLinux"),
        .systemLibrary(
            name: "CTraceEvent", pkgConfig: "libtraceevent", providers: [.apt(["libtraceevent-dev"])]),
        .systemLibrary(
            name: "CTracefs", pkgConfig: "libtracefs", providers: [.apt(["libtracefs-dev"])]),
        .systemLibrary(name: "CDw", pkgConfig: "libdw", providers: [.apt(["libdw-dev"])]),
        .systemLibrary(name: "CElf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(
            name: "Tracepoints", dependencies: ["CDw", "CElf", "CLinux", "CTraceEvent", "CTracefs", "CZstd"],
            swiftSettings: strict),
        .target(name: "Template", dependencies: ["Tracepoints"], swiftSettings: strict),
        .target(name: "CommandLine", swiftSettings: strict),
        .executableTarget(
            name: "obstrace", dependencies: ["CLinux", "CommandLine", "Template", "Tracepoints"],
            swiftSettings: strict),
        .testTarget(
            name: "TracepointsTests", dependencies: ["CLinux", "Tracepoints"], swiftSettings: strict),
        .testTarget(name: "TemplateTests", dependencies: ["Template", "Tracepoints"], swiftSettings: strict),
        .testTarget(name: "CommandLineTests", dependencies: ["CommandLine"], swiftSettings: strict),
        .testTarget(name: "EndToEndTests", dependencies: ["Tracepoints"], swiftSettings: strict),
        .executableTarget(
            name: "hot-path", dependencies: ["Template", "Tracepoints"], path: "Tests/Benchmarks/HotPath",
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// Its main function is the compiler's fuzzer, which is there in a build with `--sanitize=fuzzer` only.
if Context.environment["OBSTRACE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["CommandLine", "Template", "Tracepoints"],
            path: "Tests/Fuzz/Sources",
            swiftSettings: strict))
}
