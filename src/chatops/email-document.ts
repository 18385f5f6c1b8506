const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** A mail client keeps no style sheet and loads no file: everything is inline, and it reads well with images off. */
export function emailDocument(heading: string, body: string, language: string): string {
  const styled = body.replaceAll('<code>', '<code style="font-family:Menlo,Consolas,monospace;font-size:14px;background:#f1f3f5;padding:1px 4px;white-space:pre-wrap">').replaceAll('<ul>', '<ul style="margin:8px 0;padding-left:24px">').replaceAll('<ol>', '<ol style="margin:8px 0;padding-left:24px">');
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(heading)}</title></head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1b1f24;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5">
<div style="max-width:640px;margin:0 auto">
<h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">${escape(heading)}</h1>
<div>${styled}</div>
</div></body></html>
`;
}
