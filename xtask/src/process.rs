//! Runs a child process with a time limit, in a process group of its own, and kills the whole group at the end.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a finished child left behind.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; a child killed by signal `n` gives `-n`; `None` after a time-out.
    pub code: Option<i32>,
    /// All it wrote to standard output.
    pub stdout: Vec<u8>,
    /// All it wrote to standard error.
    pub stderr: Vec<u8>,
}

/// Runs `command` with `stdin` as its input; at most `limit` long.
pub fn run(command: &mut Command, stdin: &[u8], limit: Duration) -> std::io::Result<Finished> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn()?;
    let input = child.stdin.take();
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let stdin = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        // A child that ends early closes the pipe; what it did not read is its own affair.
        if let Some(mut pipe) = input {
            let _ = pipe.write_all(&stdin);
        }
    });
    let out = std::thread::spawn(move || read_all(stdout));
    let err = std::thread::spawn(move || read_all(stderr));
    let code = wait(&mut child, limit)?;
    kill_group(&mut child);
    let _ = writer.join();
    Ok(Finished { code, stdout: out.join().unwrap_or_default(), stderr: err.join().unwrap_or_default() })
}

/// Waits for `child`; `None` when `limit` passed first (the group is killed then).
pub fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<i32>> {
    let end = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            use std::os::unix::process::ExitStatusExt;
            return Ok(Some(status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))));
        }
        if Instant::now() >= end {
            kill_group(child);
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Kills what is left of the process group led by `child`.
pub fn kill_group(child: &mut Child) {
    let _ = Command::new("kill")
        .args(["-9", "--", &format!("-{}", child.id())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn read_all(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = pipe.read_to_end(&mut bytes);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_input_and_exit_code_come_through() {
        let done =
            run(Command::new("sh").args(["-c", "cat; echo no >&2; exit 7"]), b"yes", Duration::from_secs(20)).unwrap();
        assert_eq!((done.code, done.stdout.as_slice(), done.stderr.as_slice()), (Some(7), &b"yes"[..], &b"no\n"[..]));
    }

    #[test]
    fn a_signal_is_a_negative_code() {
        let done = run(Command::new("sh").args(["-c", "kill -9 $$"]), b"", Duration::from_secs(20)).unwrap();
        assert_eq!(done.code, Some(-9));
    }

    #[test]
    fn a_time_out_ends_the_whole_group() {
        let start = Instant::now();
        let done =
            run(Command::new("sh").args(["-c", "sleep 30 & sleep 30"]), b"", Duration::from_millis(100)).unwrap();
        assert_eq!(done.code, None);
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
