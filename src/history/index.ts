export { createHistoryChild, type HistoryChild } from './history-child.ts';
export { HistoryRequest, type HistoryAnswer } from './history-messages.ts';
export { HistorySettings, openHistory, type HistoryWork } from './serve-history.ts';
export { HistoryQuery, type HistoryEvent, type HistoryFound } from './search-archives.ts';
export { shouldStartHistory } from './choose-archives.ts';
