/** Waits until `condition` gives a truthy value and returns it; fails with `what` after `timeoutMs`. */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: { timeoutMs?: number; what?: string } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + (options.timeoutMs ?? 10_000);
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${options.what ?? condition.toString()}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
