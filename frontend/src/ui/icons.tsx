import { createSvgIcon } from '@mui/material/utils';

/** The few icons the app uses, drawn on MUI's 24-pixel grid. Each button that holds one has a label. */
export const CloseIcon = createSvgIcon(
  <path d="M19 6.4 17.6 5 12 10.6 6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6z" />,
  'Close',
);
export const SearchIcon = createSvgIcon(
  <path d="M15.5 14h-.8l-.3-.3A6.5 6.5 0 1 0 14 15l.3.3v.8l5 5 1.5-1.5-5.3-5.6zm-6 0a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9z" />,
  'Search',
);
export const PlayIcon = createSvgIcon(<path d="M8 5v14l11-7z" />, 'Play');
export const PauseIcon = createSvgIcon(<path d="M6 5h4v14H6zm8 0h4v14h-4z" />, 'Pause');
export const StepBackIcon = createSvgIcon(<path d="M6 6h2v12H6zm3.5 6 8.5 6V6z" />, 'StepBack');
export const StepForwardIcon = createSvgIcon(<path d="M6 18l8.5-6L6 6zM16 6h2v12h-2z" />, 'StepForward');
export const ChevronDownIcon = createSvgIcon(<path d="M7.4 8.6 12 13.2l4.6-4.6L18 10l-6 6-6-6z" />, 'ChevronDown');
export const ChevronRightIcon = createSvgIcon(<path d="M10 6 8.6 7.4l4.6 4.6-4.6 4.6L10 18l6-6z" />, 'ChevronRight');
export const LayersIcon = createSvgIcon(
  <path d="m12 18.5-7.4-5.7L3 14l9 7 9-7-1.6-1.3zM12 16l7.4-5.7L21 9l-9-7-9 7 1.6 1.3z" />,
  'Layers',
);
export const TargetIcon = createSvgIcon(
  <path d="M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zm9 3h-2.1A7 7 0 0 0 13 5.1V3h-2v2.1A7 7 0 0 0 5.1 11H3v2h2.1A7 7 0 0 0 11 18.9V21h2v-2.1a7 7 0 0 0 5.9-5.9H21zm-9 6a5 5 0 1 1 0-10 5 5 0 0 1 0 10z" />,
  'Target',
);
export const BoltIcon = createSvgIcon(<path d="M11 21l1-7H7.5L13 3l-1 7h4.5z" />, 'Bolt');
export const UserIcon = createSvgIcon(
  <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm0 2c-2.7 0-8 1.3-8 4v2h16v-2c0-2.7-5.3-4-8-4z" />,
  'User',
);
export const HomeIcon = createSvgIcon(
  <path d="M12 4 3 11.5 4.3 13 6 11.6V20h5v-5h2v5h5v-8.4l1.7 1.4 1.3-1.5z" />,
  'Home',
);
export const LinkIcon = createSvgIcon(
  <path d="M3.9 12A3.1 3.1 0 0 1 7 8.9h4V7H7a5 5 0 0 0 0 10h4v-1.9H7A3.1 3.1 0 0 1 3.9 12zM8 13h8v-2H8zm9-6h-4v1.9h4a3.1 3.1 0 0 1 0 6.2h-4V17h4a5 5 0 0 0 0-10z" />,
  'Link',
);
export const ChatIcon = createSvgIcon(
  <path d="M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H8l-5 4V5a2 2 0 0 1 1-2zm2 4v2h12V7zm0 4v2h8v-2z" />,
  'Chat',
);
export const SendIcon = createSvgIcon(<path d="M3 20.5v-6.7l9-1.8-9-1.8V3.5L22 12z" />, 'Send');
export const StopIcon = createSvgIcon(<path d="M6 6h12v12H6z" />, 'Stop');
export const AddIcon = createSvgIcon(<path d="M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z" />, 'Add');
export const ListIcon = createSvgIcon(<path d="M4 6h2v2H4zm4 0h12v2H8zM4 11h2v2H4zm4 0h12v2H8zM4 16h2v2H4zm4 0h12v2H8z" />, 'List');
export const DockIcon = createSvgIcon(
  <path d="M4 4h16a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm1 2v12h9V6z" fillRule="evenodd" />,
  'Dock',
);
export const FloatIcon = createSvgIcon(
  <path d="M4 4h16a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm1 2v12h14V6zm6 2h7v8h-7z" fillRule="evenodd" />,
  'Float',
);
export const DownloadIcon = createSvgIcon(<path d="M11 4h2v8.2l3-3 1.4 1.4L12 16l-5.4-5.4L8 9.2l3 3zM5 18h14v2H5z" />, 'Download');
export const CopyIcon = createSvgIcon(
  <path d="M8 3h11a1 1 0 0 1 1 1v12h-2V5H8zM5 7h10a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zm1 2v10h8V9z" fillRule="evenodd" />,
  'Copy',
);
export const EditIcon = createSvgIcon(
  <path d="M4 20v-3.8L15.6 4.6a1.5 1.5 0 0 1 2.1 0l1.7 1.7a1.5 1.5 0 0 1 0 2.1L7.8 20zm2-2h1l8.6-8.6-1-1L6 17z" fillRule="evenodd" />,
  'Edit',
);
export const DeleteIcon = createSvgIcon(<path d="M9 3h6l1 2h4v2H4V5h4zM6 9h12l-1 12H7zm3 2 .6 8h1.4l-.4-8zm4.4 0-.4 8h1.4l.6-8z" fillRule="evenodd" />, 'Delete');
export const ThumbUpIcon = createSvgIcon(
  <path d="M2 10h4v11H2zm6 11V10l5-7a2 2 0 0 1 1.6 2.6L13.6 9H20a2 2 0 0 1 2 2.4l-1.5 8A2 2 0 0 1 18.5 21z" />,
  'ThumbUp',
);
export const ThumbDownIcon = createSvgIcon(
  <path d="M22 14h-4V3h4zM16 3v11l-5 7a2 2 0 0 1-1.6-2.6l1-3.4H4a2 2 0 0 1-2-2.4l1.5-8A2 2 0 0 1 5.5 3z" />,
  'ThumbDown',
);
export const ChevronLeftIcon = createSvgIcon(<path d="M14 6 15.4 7.4 10.8 12l4.6 4.6L14 18l-6-6z" />, 'ChevronLeft');
export const RefreshIcon = createSvgIcon(
  <path d="M12 5a7 7 0 0 1 6.3 4H15v2h7V4h-2v3.6A9 9 0 1 0 21 14h-2.1A7 7 0 1 1 12 5z" />,
  'Refresh',
);
export const BellIcon = createSvgIcon(<path d="M12 22a2 2 0 0 0 2-2h-4a2 2 0 0 0 2 2zm6-6v-5a6 6 0 0 0-4.5-5.8V4.5a1.5 1.5 0 0 0-3 0v.7A6 6 0 0 0 6 11v5l-2 2v1h16v-1z" />, 'Bell');
export const StarIcon = createSvgIcon(<path d="m12 17.3 6.2 3.7-1.6-7L22 9.2l-7.2-.6L12 2 9.2 8.6 2 9.2 7.4 14l-1.6 7z" />, 'Star');
export const PrintIcon = createSvgIcon(<path d="M7 3h10v4H7zM5 8h14a3 3 0 0 1 3 3v6h-4v4H6v-4H2v-6a3 3 0 0 1 3-3zm3 7v4h8v-4zm10-4v2h2v-2z" fillRule="evenodd" />, 'Print');
export const RemoveIcon = createSvgIcon(<path d="M5 11h14v2H5z" />, 'Remove');
export const FitIcon = createSvgIcon(<path d="M4 4h6v2H6v4H4zm10 0h6v6h-2V6h-4zM4 14h2v4h4v2H4zm14 0h2v6h-6v-2h4z" />, 'Fit');
export const UndoIcon = createSvgIcon(<path d="M9 5v4c6 0 9.5 2.5 11 8-2.5-3-5.5-4.2-11-4.200V17L3 11z" />, 'Undo');
export const RedoIcon = createSvgIcon(<path d="M15 5v4c-6 0-9.500 2.500-11 8 2.500-3 5.500-4.200 11-4.200V17l6-6z" />, 'Redo');
export const TuneIcon = createSvgIcon(
  <path d="M4 7h9v2H4zm12-2h2v2h2v2h-2v2h-2zM4 15h3v2H4zm5-2h2v2h9v2h-9v2H9z" />,
  'Tune',
);
