export { createHistoryChild, type HistoryChild } from './history-child.ts';
export { HistoryRequest, type HistoryAnswer } from './history-messages.ts';
export { HistorySettings, openHistory, type HistoryWork } from './serve-history.ts';
export type { HistoryEvent, HistoryFound } from './search-archives.ts';
export { readPast, type PastBatch } from './read-past.ts';
export { shouldStartHistory } from './choose-archives.ts';
