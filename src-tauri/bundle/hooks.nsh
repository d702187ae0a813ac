; What holds for every account of the computer lies here (MACHINE_FOLDER in crates/vault/src/workstation.rs). The
; installer makes it, so that no account makes it first, and administrators alone write to it.
; The uninstaller leaves it, as it leaves the vaults.
!macro NSIS_HOOK_POSTINSTALL
  SetShellVarContext all
  CreateDirectory "$APPDATA\Inroom\models"
  nsExec::Exec 'icacls "$APPDATA\Inroom" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX'
!macroend
