const url = (file: string) => `https://storage.example.com/media/${file}`;

/** One message of each type, and a second text, as fields of the Jelou node. */
export const SENT_MESSAGES = [
	{ messageType: 'text', text: 'Hola' },
	{ messageType: 'text', text: '¿Cuál es su horario? 👋' },
	{ messageType: 'image', mediaUrl: url('photo.png'), caption: 'Su recibo' },
	{ messageType: 'video', mediaUrl: url('clip.mp4') },
	{ messageType: 'audio', mediaUrl: url('note.ogg') },
	{ messageType: 'document', mediaUrl: url('invoice.pdf'), fileName: 'factura.pdf' },
];
