export { blocklistText, type BlocklistEntry } from './blocklist-text.ts';
