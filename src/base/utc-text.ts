/** `2026-11-22 09:35:05 UTC`, for people. */
export function utcText(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
