/** The login page, apart so that it loads only for those who need it. */
export { LoginPage } from './LoginPage';
export type { LoginReason } from './LoginPage';
