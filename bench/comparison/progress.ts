/** Says lines on stderr, each with the time since the start. */
export function progress(): (line: string) => void {
  const beganMs = performance.now();
  return (line) => {
    const seconds = Math.round((performance.now() - beganMs) / 1_000);
    process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
}
