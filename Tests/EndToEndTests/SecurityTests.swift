import Foundation
import Testing

extension EndToEnd {
    /// Which rights a run needs, keeps, and hands on.
    @Suite struct Security {
        @Test("CAP_PERFMON and a tracefs that can be read are enough")
        func leastRights() throws {
            let traced = try script(
                """
                cp $OBSTRACE obstrace; chmod 755 . obstrace
                trap 'mount -o remount,mode=700,gid=0 /sys/kernel/tracing' EXIT
                mount -o remount,mode=750,gid=65534 /sys/kernel/tracing
                setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all,+perfmon \
                    --ambient-caps=-all,+perfmon --bounding-set=-all,+perfmon \
                    ./obstrace sched:sched_process_exec -f '<filename> <@comm> <uid>' -- /bin/true
                """)
            #expect(traced.status == 0 && traced.lines == ["/bin/true true 65534"], "\(traced.summary)")
        }

        @Test("Once it traces, it holds no right to change the machine, and the command holds all of its own")
        func reducedRights() throws {
            let traced = try script(
                """
                grep -E 'Cap(Prm|Eff)|NoNewPrivs' /proc/self/status >mine
                $OBSTRACE -v sched:sched_switch -o lines -- sh -c \
                    "grep -E 'Cap(Prm|Eff)|NoNewPrivs' /proc/self/status >its; until [ -e go ]; do sleep 0.01; done" \
                    2>errors & tracer=$!
                until [ -s its ]; do sleep 0.01; done
                grep -E 'Cap(Prm|Eff)|NoNewPrivs' /proc/$tracer/status | tr -s '\\t ' ' '
                touch go; wait $tracer
                diff mine its && echo same
                """)
            try #require(traced.lines.count == 4, "\(traced.summary)")
            let rights = try traced.lines.prefix(2).map { line in
                try #require(UInt64(line.suffix(16), radix: 16), "\(line)")
            }
            // Of perfmon, syslog, sys_ptrace, ipc_lock, kill and dac_read_search.
            let kept: UInt64 = [38, 34, 19, 14, 5, 2].reduce(0) { $0 | 1 << $1 }
            #expect(rights.allSatisfy { $0 & ~kept == 0 && $0 & (1 << 38) != 0 }, "\(traced.summary)")
            #expect(traced.lines[2] == "NoNewPrivs: 1")
            #expect(traced.lines[3] == "same", "\(traced.summary)")
        }

        @Test("The command gets the descriptors, limits, signals and folder that it would have without us")
        func inheritance() throws {
            let traced = try script(
                """
                cat >look <<'END'
                ls /proc/self/fd | wc -l; ulimit -Sa; ulimit -Ha; pwd; umask; nice; cat /proc/self/oom_score_adj
                grep -E 'Sig(Blk|Ign)|Cap|NoNewPrivs|Groups|Threads' /proc/self/status
                cat /proc/self/personality /proc/self/coredump_filter; env | grep -v '^_=' | sort
                END
                ulimit -S -n 100; umask 027
                (trap '' USR1 HUP; bash look >plain; $OBSTRACE 'sched:*' -o lines -- bash look >traced)
                diff plain traced && wc -l <plain
                """)
            #expect(traced.status == 0 && Int(traced.lines.first ?? "") ?? 0 > 30, "\(traced.summary)")
        }

        @Test(
            "--run-as runs the command as a user, with the user's groups and environment, and nobody's rights"
        )
        func runAs() throws {
            let traced = try script(
                """
                $OBSTRACE sched:sched_process_exec -f '<@comm> <uid>' -o lines --run-as nobody -- sh -c \
                    'id; echo "$HOME $USER $LOGNAME $SHELL"; grep CapEff /proc/self/status; exit 7' >traced
                echo $?
                setpriv --reuid nobody --regid nogroup --init-groups id >expected
                getent passwd nobody | awk -F: '{ print $6, $1, $1, $7 }' >>expected
                printf 'CapEff:\\t%016d\\n' 0 >>expected
                diff expected traced; cat lines
                """)
            #expect(traced.lines == ["7", "sh 65534", "id 65534", "grep 65534"], "\(traced.summary)")
        }

        @Test(
            "--run-as looks a command up as that user: 126 where only root may run it, and the next one on the path"
        )
        func runAsLookup() throws {
            let traced = try script(
                """
                chmod 755 .; mkdir bin; cp /bin/true bin/true; chmod 700 bin/true
                $OBSTRACE sched:sched_process_exec --run-as nobody -- bin/true; echo $?
                PATH=$PWD/bin:/usr/bin:/bin $OBSTRACE sched:sched_process_exec --run-as 65534 -f '<filename>' -- true
                """)
            #expect(traced.lines == ["126", "/usr/bin/true"], "\(traced.summary)")
            #expect(traced.errors == "obstrace: cannot run 'bin/true': Permission denied\n")
        }

        @Test(
            "--run-as with a user that is not there, or without a command: a caret, status 2, nothing runs",
            arguments: [
                (["--run-as", "nobdoy", "--", "/bin/true"], "did you mean nobody?"),
                (["--run-as", "nobody"], "-- COMMAND"),
            ])
        func runAsMistakes(_ arguments: [String], _ hint: String) throws {
            let traced = try run([binary(), "sched:sched_process_exec"] + arguments)
            #expect(traced.status == 2)
            #expect(traced.output.isEmpty)
            #expect(traced.errors.contains("^~~~~~  \(hint)"), "\(traced.summary)")
        }

        @Test("No code is loaded from the environment's folders or from beside the binary")
        func foreignCode() throws {
            let traced = try script(
                """
                echo '#include <fcntl.h>
                __attribute__((constructor)) static void loaded(void) { creat("loaded", 0600); }' >evil.c
                mkdir -p bin .local/lib/traceevent/plugins .traceevent/plugins
                cc -shared -fPIC -o evil.so evil.c
                for place in .local/lib/traceevent/plugins .traceevent/plugins .; do cp evil.so $place/plugin_evil.so; done
                cp $OBSTRACE bin/obstrace
                for library in libtraceevent.so.1 libtracefs.so.1 libdw.so.1; do cp evil.so bin/$library; done
                export HOME=$PWD TRACEEVENT_PLUGIN_DIR=$PWD TRACE_CMD_PLUGIN_DIR=$PWD
                cd bin
                ./obstrace list -v sched:sched_switch >/dev/null
                ./obstrace sched:sched_process_exec -f '<filename> <print>' -- /bin/true
                find .. -name loaded
                """)
            #expect(traced.lines.count == 1 && traced.lines[0].hasPrefix("/bin/true "), "\(traced.summary)")
        }

        @Test("An output file is made with the mode that umask leaves, and the command does not hold it")
        func outputFile() throws {
            let traced = try script(
                """
                umask 077
                $OBSTRACE sched:sched_process_exec -o lines -- sh -c 'ls -l /proc/self/fd | grep -c /lines; exit 0'
                stat -c %a lines
                """)
            #expect(traced.lines == ["0", "600"], "\(traced.summary)")
        }
    }
}
