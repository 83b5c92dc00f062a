"""What `linodctl init` writes: the files of this folder but this one."""
