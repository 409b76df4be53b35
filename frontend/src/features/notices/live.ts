export { Toasts } from './Toasts';
export { Watcher } from './Watcher';
export type { NoticeLinks } from './notice';
