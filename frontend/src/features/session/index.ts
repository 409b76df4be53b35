export { ViewerQuery } from './queries';
export { UserMenu } from './UserMenu';
