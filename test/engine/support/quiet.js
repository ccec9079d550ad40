// Otherwise n8n's logger prints every error that a test provokes.
process.env.N8N_LOG_LEVEL = 'silent';
