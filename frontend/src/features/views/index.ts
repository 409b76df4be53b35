export { SavedViewsQuery } from './queries';
export { SaveViewDialog } from './SaveViewDialog';
export { ViewsDialog } from './ViewsDialog';
