export { createNftables } from './nftables.ts';
