/** What the first page needs to know of saved views; the dialogs load when they are opened. */
export { SavedViewsQuery } from './queries';
