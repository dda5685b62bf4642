;; Does what a person does, with eglot alone, and writes down what was to be seen.  -*- lexical-binding: t -*-
;; SETUP is the page's block for init.el, SAMPLE the document, REPORT where the notes go.
(require 'cl-lib)
(require 'json)
(load (getenv "SETUP"))
(setq eglot-sync-connect 30
      make-backup-files nil
      auto-save-default nil
      create-lockfiles nil
      last-nonmenu-event t) ; Menus are asked for in the minibuffer.

(defvar notes nil)
(defvar choice nil)
(defun note (name value) (push (cons name value) notes))

;; The menu of code actions, and the server's question.
(defun decide (prompt choices &rest _)
  (let* ((all (all-completions "" choices))
         (asked (string-match-p "Server reports" prompt)))
    (note (if asked 'asked 'menu) (vconcat (cons prompt all)))
    (unless asked
      (or (cl-find-if (lambda (title) (string-prefix-p choice title)) all)
          (error "%s is not offered: %S" choice all)))))
(advice-add 'completing-read :override #'decide)
(advice-add 'message :before
            (lambda (form &rest arguments)
              (when form (note 'message (apply #'format-message form arguments)))))

(defun wait (what look)
  (let ((deadline (+ (float-time) 120)) seen)
    (while (not (setq seen (funcall look)))
      (when (> (float-time) deadline) (error "waited in vain for %s" what))
      (accept-process-output nil 0.05))
    seen))

(defun text () (buffer-substring-no-properties (point-min) (point-max)))
(defun told (pattern)
  (cl-loop for (name . value) in notes
           when (and (eq name 'message) (string-match pattern value))
           return (match-string 1 value)))

(defun act (title)
  (setq choice title)
  (goto-char (point-min))
  (search-forward "def ways")
  (call-interactively #'eglot-code-actions))

(defun scene ()
  (find-file (getenv "SAMPLE"))
  (unless (derived-mode-p 'python-mode) (python-mode))
  (apply #'eglot (eglot--guess-contact))
  (wait "the server" #'eglot-current-server)
  (act "ORPS: refine ways")
  ;; Newer versions are asked; this one does not say that it can be, and is told.
  (wait "the end" (lambda () (or (assq 'asked notes) (told "\\(code actions\\) review and apply it"))))
  (wait "the hint" (lambda () eglot--diagnostics)) ; It comes on its own, before or after the message.
  (note 'hints (vconcat (mapcar #'flymake-diagnostic-text eglot--diagnostics)))
  (act "ORPS: review")
  (let ((path (wait "the diff" (lambda () (told "the change is in \\(.*\\.diff\\)")))))
    (note 'diff (with-temp-buffer (insert-file-contents path) (text))))
  (goto-char (point-min))
  (insert "# typed meanwhile\n")
  (undo-boundary)
  (note 'before (text))
  (act "ORPS: apply")
  (let ((before (cdr (assq 'before notes))))
    (wait "the change" (lambda () (not (equal (text) before)))))
  (note 'after (text))
  (eglot--signal-textDocument/didChange) ; Its idle timer does: an Emacs in batch mode is never idle.
  (undo-boundary)
  (undo)
  (note 'undone (text))
  (act "ORPS: apply")
  (wait "the change again" (lambda () (equal (text) (cdr (assq 'after notes)))))
  (eglot-shutdown (eglot-current-server)))

(let ((problem (condition-case why (progn (scene) nil) (error (error-message-string why)))))
  (when problem (note 'problem problem))
  (cl-flet ((all (name) (vconcat (reverse (cl-loop for (each . value) in notes
                                                    when (eq each name) collect value))))
            (last (name) (cdr (assq name notes))))
    (with-temp-file (getenv "REPORT")
      (insert (json-encode
               `((menus . ,(all 'menu)) (messages . ,(all 'message)) (hints . ,(last 'hints))
                 (diff . ,(last 'diff)) (before . ,(last 'before)) (after . ,(last 'after))
                 (undone . ,(last 'undone)) (problem . ,problem))))))
  (set-buffer-modified-p nil)
  (kill-emacs (if problem 1 0)))
